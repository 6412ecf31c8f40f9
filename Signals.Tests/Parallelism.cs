// Fixtures run beside each other, the tests of one fixture one after the other. A fixture that looks at the whole process
// (handles, memory, listeners, the current directory) or at times says [NonParallelizable].
[assembly: Parallelizable(ParallelScope.Fixtures)]
