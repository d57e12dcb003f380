import AgentCore

AgentProgram.program.main()
