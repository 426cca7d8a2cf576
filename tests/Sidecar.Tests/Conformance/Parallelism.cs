// The conformance suites mostly wait for time to pass, which costs no processor: more of them at once than there are cores.
[assembly: CollectionBehavior(MaxParallelThreads = 8)]
