namespace Signals.Tests.Generators;

/// <summary>An event of which a column was renamed and another one dropped.</summary>
[Event("renamed_visit"), DroppedColumn("gone")]
internal readonly partial record struct RenamedVisit(UserId User, DateTimeOffset Time, ulong Id)
{
    [RenamedFrom("item_id")]
    [RenamedFrom("item_no")]
    public long Item { get; init; }

    [RenamedFrom("country_code")]
    public string? Country { get; init; }
}
