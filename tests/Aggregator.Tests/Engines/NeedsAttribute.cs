namespace LinkTracker.Aggregator.Tests.Engines;

/// <summary>What every <see cref="EngineFactAttribute"/> of a class needs, those that it inherits too.</summary>
[AttributeUsage(AttributeTargets.Class)]
public class NeedsAttribute(params Need[] needs) : Attribute
{
    /// <summary>What is missing of it and how to get it; null when all is there.</summary>
    public string? Missing => new FactWithAttribute(needs).Skip;
}
