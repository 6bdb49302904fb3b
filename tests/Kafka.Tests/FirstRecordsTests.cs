namespace LinkTracker.Kafka.Tests;

public sealed class FirstRecordsTests
{
    private readonly HandClock _clock = new();
    private readonly FirstRecords _first;

    public FirstRecordsTests() => _first = new FirstRecords(_clock);

    [Fact]
    public void The_first_record_of_a_partition_goes_alone_until_it_is_acknowledged()
    {
        Assert.True(_first.TryEnter("a", 0));
        Assert.False(_first.TryEnter("a", 0));
        Assert.True(_first.TryEnter("a", 1));
        Assert.True(_first.TryEnter("b", 0));
        _first.Leave("a", 0, isAcknowledged: true);
        Assert.True(_first.TryEnter("a", 0));
        Assert.True(_first.TryEnter("a", 0));
        Assert.False(_first.TryEnter("a", 1));
    }

    [Fact]
    public void One_that_was_not_sent_leaves_the_next_to_be_the_first()
    {
        Assert.True(_first.TryEnter("a", 0));
        _first.Leave("a", 0, isAcknowledged: false);
        Assert.True(_first.TryEnter("a", 0));
        Assert.False(_first.TryEnter("a", 0));
    }

    [Fact]
    public void After_a_silence_in_which_the_broker_may_have_forgotten_the_sender_the_next_is_a_first_one_again()
    {
        _first.TryEnter("a", 0);
        _first.Leave("a", 0, isAcknowledged: true);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.True(_first.TryEnter("a", 0));
        Assert.True(_first.TryEnter("a", 0));
        _first.Leave("a", 0, isAcknowledged: true);
        _first.Leave("a", 0, isAcknowledged: true);

        _clock.Advance(TimeSpan.FromHours(2));
        Assert.True(_first.TryEnter("a", 0));
        Assert.False(_first.TryEnter("a", 0));
    }

    private sealed class HandClock : TimeProvider
    {
        private long _ticks = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan time) => _ticks += time.Ticks;

        public override long GetTimestamp() => _ticks;
    }
}
