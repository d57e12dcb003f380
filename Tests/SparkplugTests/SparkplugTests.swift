// SparkplugTests
