namespace Signals.Arrow.Layout;

/// <summary>The names of columns in batches of events, shared by writer and reader. Pure.</summary>
internal static class EventNames
{
    public const string User = "user";

    public const string UserId = "user_id";

    public const string Time = "time";

    public const string Id = "id";

    public static readonly string[] Keys = [User, UserId, Time, Id];

    /// <summary>The name that a column of the schema has in a batch.</summary>
    public static string Of(string column) => Keys.Contains(column) ? "field:" + column : column;

    /// <summary>The name of the states of a column.</summary>
    /// <param name="name">The name of the column in the batch.</param>
    public static string StateOf(string name) => name + ":state";
}
