using Signals.Tests.Reliability;

// The test assembly is also the program that the kill tests start and kill.
return args is ["crash-child", string path, string mode, string seed] ? KillChild.Run(path, mode, seed) : 64;
