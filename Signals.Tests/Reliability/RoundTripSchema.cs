namespace Signals.Tests.Reliability;

/// <summary>The smallest schema: one type, one number. Immutable; any thread.</summary>
internal static class RoundTripSchema
{
    public const string EventType = "e";

    public static StoreSchema Define() => StoreSchema.Define(s => s.EventType(EventType, t => t.Field<int>("n")));
}
