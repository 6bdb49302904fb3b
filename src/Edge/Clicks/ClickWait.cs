namespace LinkTracker.Edge.Clicks;

/// <summary>What the answer to a click, or to several of one connection, has to wait for. By default for nothing.</summary>
/// <param name="ForCommit">The click was appended, and the next commit makes it durable.</param>
/// <param name="ForRoom">The click found no room and is being appended as soon as there is some; null: it was not so.</param>
internal readonly record struct ClickWait(bool ForCommit, Task? ForRoom)
{
    public bool IsNothing => !ForCommit && ForRoom is null;

    /// <summary>For both.</summary>
    public ClickWait And(ClickWait other) => new(
        ForCommit || other.ForCommit,
        ForRoom is null ? other.ForRoom : other.ForRoom is null ? ForRoom : Task.WhenAll(ForRoom, other.ForRoom));
}
