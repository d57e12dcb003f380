// Sparkplug
