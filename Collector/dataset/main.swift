import Datasets
import Runtime

DatasetProgram.program.main()
