using LinkTracker.Aggregator.Api;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>A request that waits for its answer.</summary>
/// <param name="request">Checked.</param>
/// <param name="idempotency">Null when the header was not sent.</param>
internal sealed class IntakeCall(IntakeRequest request, IdempotencyKey? idempotency)
{
    private readonly TaskCompletionSource<StoredAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IntakeRequest Request { get; } = request;

    /// <summary>What is hashed to know a repeat of it.</summary>
    public byte[] Body { get; } = request.ToBytes();

    public IdempotencyKey? Idempotency { get; } = idempotency;

    public Task<StoredAnswer> Answer => _answer.Task;

    /// <summary>What it gets once the transaction is on disk: its answer, or why it is refused. Set anew when the transaction is tried again.</summary>
    public (StoredAnswer? Answer, ApiError? Refusal) Outcome { get; set; }

    public void Finish()
    {
        if (Outcome.Refusal is { } refusal)
        {
            _answer.TrySetException(refusal);
        }
        else
        {
            _answer.TrySetResult(Outcome.Answer!);
        }
    }

    public void Fail(Exception failure) => _answer.TrySetException(failure);
}
