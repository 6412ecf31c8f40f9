namespace Signals.Storage.Reads;

/// <summary>What a user's head says to one event type of a query.</summary>
internal enum HeadAnswer
{
    /// <summary>There is no head in force.</summary>
    Missing,

    /// <summary>There is one, which others changed each time that it was read.</summary>
    Busy,

    /// <summary>There is one, and it does not have all that the query can return.</summary>
    Short,

    /// <summary>Its rows are the answer.</summary>
    Complete,
}
