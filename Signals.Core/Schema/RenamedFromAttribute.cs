namespace Signals;

/// <summary>
/// Says that the column of a property had another name before. A store that has the column under that name keeps its data under the new
/// one (<see cref="EventTypeBuilder.RenamedFrom"/>).
/// </summary>
/// <param name="formerName">The column's name before: <c>item_id</c>, not the property's name <c>ItemId</c>.</param>
/// <example>
/// <code>
/// [RenamedFrom("item_id")] public long Item { get; init; }
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Property, AllowMultiple = true)]
public sealed class RenamedFromAttribute(string formerName) : Attribute
{
    /// <summary>The column's name before.</summary>
    public string FormerName { get; } = formerName;
}
