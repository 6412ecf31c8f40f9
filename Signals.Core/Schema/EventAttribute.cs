namespace Signals;

/// <summary>
/// Makes a struct an event type: a source generator implements what a store needs to declare it, append it and read it, without
/// reflection. The struct is partial and has a <see cref="UserId"/>, a time (<c>DateTimeOffset Time</c> or <c>long TimeMs</c>,
/// milliseconds since the Unix epoch) and a <c>ulong Id</c>. Its other public properties with a getter and a setter or
/// <c>init</c> are columns. What cannot be mapped is an error of the compiler with an id, SIGNALS001 and following.
/// </summary>
/// <param name="name">The event type's name: 1 to 128 of <c>a-z A-Z 0-9 _ . -</c>, unique in a schema.</param>
/// <example>
/// <code>
/// [Event("view", KeepLast = 500, MaxAgeDays = 90)]
/// public readonly partial record struct View(UserId User, DateTimeOffset Time, ulong Id)
/// {
///     public long Item { get; init; }
///     public float? DwellSeconds { get; init; }
/// }
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Struct | AttributeTargets.Class, Inherited = false)]
public sealed class EventAttribute(string name) : Attribute
{
    /// <summary>The event type's name.</summary>
    public string Name { get; } = name;

    /// <summary>How many of a user's newest events are kept, at least 1; left out for all.</summary>
    public int KeepLast { get; set; }

    /// <summary>The age, by event time, at which events are forgotten, in days; left out when age does not matter.</summary>
    public double MaxAgeDays { get; set; }

    /// <summary>
    /// The length of the time windows that divide the tables, in hours; left out for the default of
    /// <see cref="EventTypeBuilder.Window"/>.
    /// </summary>
    public double WindowHours { get; set; }
}
