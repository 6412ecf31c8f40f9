namespace Signals;

/// <summary>How to understand an answer. An empty sequence always comes with one of these reasons.</summary>
public enum SequenceStatus : byte
{
    /// <summary>The sequence holds every event that the query asks for and that the store holds; there may be none.</summary>
    Complete = 0,

    /// <summary>
    /// For the event types of the query, the store holds no event of this user that is neither erased nor too old.
    /// </summary>
    UnknownUser = 1,
}
