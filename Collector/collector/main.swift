import Runtime

CollectorProgram.program.main()
