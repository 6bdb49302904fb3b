namespace LinkTracker.Cluster;

/// <summary>What one run found. Processor time in microseconds for each click: of this process, and of Redis where it takes part.</summary>
internal sealed record Sample(double PerSecond, double CpuMicroseconds, double RedisMicroseconds);
