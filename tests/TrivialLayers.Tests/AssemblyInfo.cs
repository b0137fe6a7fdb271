using Xunit.Sdk;
using Xunit.v3;

// One torch computation at a time: two slow each other tenfold.
[assembly: Parallelization(Mode = ParallelMode.None)]
