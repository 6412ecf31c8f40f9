namespace Signals;

/// <summary>
/// Says that the column of a property, or the event type of a struct, had another name before. A store that has it under that name keeps
/// its data under the new one (<see cref="EventTypeBuilder.RenamedFrom"/>, <see cref="EventTypeBuilder.TypeRenamedFrom"/>).
/// </summary>
/// <param name="formerName">
/// The name before, of the column (<c>item_id</c>, not the property's name <c>ItemId</c>) or of the event type.
/// </param>
/// <example>
/// <code>
/// [Event("page_view"), RenamedFrom("view")]
/// public readonly partial record struct PageView(UserId User, DateTimeOffset Time, ulong Id)
/// {
///     [RenamedFrom("item_id")] public long Item { get; init; }
/// }
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Struct, AllowMultiple = true)]
public sealed class RenamedFromAttribute(string formerName) : Attribute
{
    /// <summary>The name before.</summary>
    public string FormerName { get; } = formerName;
}
