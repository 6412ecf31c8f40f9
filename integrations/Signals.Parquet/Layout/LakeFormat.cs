namespace Signals.Parquet.Layout;

/// <summary>
/// The names and rules of the Parquet files that Signals writes, shared by writer and reader; docs/formats/parquet.md describes them. Pure.
/// </summary>
internal static class LakeFormat
{
    /// <summary>The version of the layout, in the metadata of every file.</summary>
    public const int Version = 1;

    /// <summary>The key of the file metadata under which a file says what it holds.</summary>
    public const string MetadataKey = "signals";

    /// <summary>The metadata of a training set's files: the version of the definition.</summary>
    public const string DefinitionVersionKey = "signals.definition_version";

    /// <summary>The 128 bits of the definition's content hash, in hexadecimal; not there when it has code of the host.</summary>
    public const string DefinitionHashKey = "signals.definition_hash";

    /// <summary>The definition as JSON; not there when it has code of the host.</summary>
    public const string DefinitionJsonKey = "signals.definition_json";

    /// <summary>The order of events in a row: <c>newest_first</c> or <c>oldest_first</c>.</summary>
    public const string OrderKey = "signals.order";

    /// <summary>The names of event types by their ids, as a JSON object.</summary>
    public const string EventTypesKey = "signals.event_types";

    /// <summary>The shapes of the tensors, as a JSON array.</summary>
    public const string TensorsKey = "signals.tensors";

    /// <summary>What the footer of every file says about the program that wrote it; tools that rewrite files put their own there.</summary>
    public const string Creator = "Signals";

    /// <summary>The canonical text of the user.</summary>
    public const string User = "user";

    /// <summary>The 128 bits of the user, the most significant byte first.</summary>
    public const string UserId = "user_id";

    /// <summary>The time of the event, milliseconds UTC.</summary>
    public const string Time = "time";

    /// <summary>The id of the event, unsigned.</summary>
    public const string Id = "id";

    /// <summary>The canonical text of an entity's key.</summary>
    public const string Key = "key";

    /// <summary>The 128 bits of an entity's key, the most significant byte first.</summary>
    public const string KeyId = "key_id";

    /// <summary>Names of the columns that are null in the row, not absent.</summary>
    public const string NullColumns = "null_columns";

    /// <summary>What stands before the name of a column that would meet one of the names above.</summary>
    public const string Prefix = "field:";

    /// <summary>The marker of a folder whose files are complete.</summary>
    public const string SuccessFile = "_SUCCESS";

    /// <summary>The end of every file name.</summary>
    public const string Extension = ".parquet";

    /// <summary>The folder of an event type, as Hive writes partitions.</summary>
    public const string TypePartition = "type=";

    /// <summary>The folder of a day or month.</summary>
    public const string DatePartition = "dt=";

    /// <summary>What stands before the name of a tensor.</summary>
    public const string TensorPrefix = "tensor:";

    /// <summary>What stands behind the name of a column in that of its states.</summary>
    public const string StateSuffix = ":state";

    private static readonly string[] Reserved =
        [User, UserId, Time, Id, Key, KeyId, NullColumns, TypePartition[..^1], DatePartition[..^1]];

    /// <summary>The name that a column has in a file.</summary>
    public static string NameOf(string column) =>
        // Many readers take names without regard to case.
        Array.Exists(Reserved, name => name.Equals(column, StringComparison.OrdinalIgnoreCase)) ? Prefix + column : column;
}
