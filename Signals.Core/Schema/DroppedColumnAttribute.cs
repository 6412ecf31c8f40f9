namespace Signals;

/// <summary>
/// Drops a column of an event type that the struct no longer has (<see cref="EventTypeBuilder.Dropped"/>). A property that is merely
/// removed leaves its column in the store.
/// </summary>
/// <param name="name">The column's name: <c>dwell_seconds</c>, not the property's name <c>DwellSeconds</c>.</param>
/// <example>
/// <code>
/// [Event("view"), DroppedColumn("dwell_seconds")]
/// public readonly partial record struct View(UserId User, DateTimeOffset Time, ulong Id);
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Struct, AllowMultiple = true, Inherited = false)]
public sealed class DroppedColumnAttribute(string name) : Attribute
{
    /// <summary>The column's name.</summary>
    public string Name { get; } = name;
}
