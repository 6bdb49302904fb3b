using System.Reflection;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using LinkTracker.Micro;

if (args is [LinksComparison.Command, .. var rest])
{
    return LinksComparison.Run(rest);
}

// In this process: a generated project would not find FASTER's assembly, which is referenced by its path.
var config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
BenchmarkSwitcher.FromAssembly(Assembly.GetExecutingAssembly()).Run(args, config);
return 0;
