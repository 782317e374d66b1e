using BenchmarkDotNet.Running;
using SmartFhir.Benchmarks;

BenchmarkSwitcher.FromAssembly(typeof(BundleBenchmarks).Assembly).Run(args);
