import AgentCore
import Runtime

AgentProgram.program.main()
