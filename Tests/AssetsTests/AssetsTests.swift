// AssetsTests
