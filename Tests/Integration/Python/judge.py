"""Verdicts on rules of the Sparkplug 3.0 specification, by their ids in it (without the prefix `tck-id-`)."""

import json


class Judge:
    def __init__(self):
        self.rules = {}

    def check(self, ids, is_met, why=""):
        """Notes whether the rules are met here: a rule that is broken once is broken."""
        for rule in ids.split():
            verdict = self.rules.setdefault(rule, {"times": 0, "broken": []})
            verdict["times"] += 1
            if not is_met and len(verdict["broken"]) < 5:
                verdict["broken"].append(str(why) or "not met")
        return is_met

    def write(self, path, notes):
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"rules": self.rules, "notes": notes}, file)
