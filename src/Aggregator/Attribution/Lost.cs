namespace LinkTracker.Aggregator.Attribution;

/// <summary>Why evidence is not credited, apart from what it was refused for when it was told. Stored and sent: add, never change.</summary>
internal static class Lost
{
    /// <summary>It belongs to another program than the one that decides.</summary>
    public const string OtherProgram = "other_program";

    /// <summary>The click came after the conversion.</summary>
    public const string AfterConversion = "after_conversion";

    /// <summary>It was too old.</summary>
    public const string WindowOver = "window_over";

    /// <summary>The click came while the customer was paying already.</summary>
    public const string Injected = "injected";

    /// <summary>The program is for new customers, and the shop had this one before.</summary>
    public const string ExistingCustomer = "existing_customer";

    /// <summary>The program does not count this kind of evidence.</summary>
    public const string NotInPrecedence = "not_in_precedence";

    /// <summary>The customer was credited before, which this cannot change.</summary>
    public const string Bound = "bound";

    /// <summary>Stronger evidence, or by the model another touch of its kind, has the credit.</summary>
    public const string Beaten = "beaten";

    /// <summary>Newer touches are as many as may share.</summary>
    public const string TooMany = "too_many";
}
