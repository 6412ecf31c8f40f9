namespace Signals.Kafka;

/// <summary>
/// Lets a store keep the sequence definitions that its log brings. They are stored as events of a type of their own, in one record with
/// the position, so a reopened store, a checkpoint and a standby have them.
/// </summary>
/// <remarks>Thread contract: that of the schema's builder.</remarks>
public static class LogDefinitions
{
    /// <summary>The event type. Its users are made from the names of the definitions. No record of events may hold it.</summary>
    public const string EventType = "signals_definition";

    /// <summary>The column with the definition as JSON.</summary>
    internal const string JsonColumn = "json";

    // A store keeps as many versions of a definition.
    private const int VersionsPerName = 16;

    /// <summary>Declares the event type. Without it a partition stops before a record of a definition.</summary>
    public static StoreSchemaBuilder AddLogDefinitions(this StoreSchemaBuilder schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return schema.EventType(EventType, static type => type.Text(JsonColumn).KeepLast(VersionsPerName));
    }
}
