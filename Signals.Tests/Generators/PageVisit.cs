namespace Signals.Tests.Generators;

/// <summary>An event type that had other names. See <see cref="TypedSchemaChangeTests"/>.</summary>
[Event("page_visit", KeepLast = 50), RenamedFrom("page_view"), RenamedFrom("hit")]
internal readonly partial record struct PageVisit(UserId User, DateTimeOffset Time, ulong Id)
{
    [RenamedFrom("item_no")] public long Item { get; init; }
}
