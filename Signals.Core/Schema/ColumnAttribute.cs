namespace Signals;

/// <summary>
/// Says how a property of an event is stored. Without it the column has the property's name in lower case with underscores:
/// <c>DwellSeconds</c> is <c>dwell_seconds</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ColumnAttribute : Attribute
{
    /// <summary>Keeps the name that the convention gives.</summary>
    public ColumnAttribute()
    {
    }

    /// <summary>Sets the column's name.</summary>
    /// <param name="name">1 to 128 of <c>a-z A-Z 0-9 _ . -</c>, unique in the event type.</param>
    public ColumnAttribute(string name) => Name = name;

    /// <summary>The column's name; null for the one that the convention gives.</summary>
    public string? Name { get; }

    /// <summary>
    /// Whether <c>null</c> is stored as null, which overwrites an absent value. Otherwise <c>null</c> leaves the column absent, and a
    /// later copy of the event can fill it.
    /// </summary>
    public bool StoreNull { get; set; }
}
