namespace Signals.Storage.Reads;

/// <summary>What an answer is. An empty sequence is never returned without saying which of these it is.</summary>
public enum SequenceStatus : byte
{
    /// <summary>Every event that the query asks for and that the store holds is in the sequence; there may be none.</summary>
    Complete = 0,

    /// <summary>The store holds nothing of this user for any event type of the query, or nothing that is not erased or too old.</summary>
    UnknownUser = 1,
}
