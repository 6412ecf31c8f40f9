namespace Signals.Maintenance;

/// <summary>A user whose events are to be erased from a checkpoint. Immutable.</summary>
/// <param name="User">The user.</param>
/// <param name="UpTo">
/// The newest event time to erase, such as <see cref="ErasureCertificate.CutoffMs"/> of the erasure in the store: events after it stay.
/// Only whole milliseconds count. Null erases every event of the user. The default of <see cref="DateTimeOffset"/>, which is the value of a
/// time that was never set, is refused with an <see cref="ArgumentException"/>.
/// </param>
public readonly record struct UserErasure(UserId User, DateTimeOffset? UpTo = null)
{
    /// <summary>The newest event time to erase; null for every event.</summary>
    /// <exception cref="ArgumentException">The time was never set.</exception>
    public DateTimeOffset? UpTo { get; init => field = RequireSet(value); } = RequireSet(UpTo);

    private static DateTimeOffset? RequireSet(DateTimeOffset? upTo) => upTo != default(DateTimeOffset)
        ? upTo
        : throw new ArgumentException("The time of the erasure was not set: it is the default of DateTimeOffset.", nameof(upTo));
}
