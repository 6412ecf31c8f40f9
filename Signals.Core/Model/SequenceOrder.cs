namespace Signals;

/// <summary>The order of events in a sequence.</summary>
public enum SequenceOrder : byte
{
    /// <summary>Newest event first. This is the default.</summary>
    NewestFirst = 0,

    /// <summary>Oldest event first. The same events are chosen: the newest ones that fit.</summary>
    OldestFirst = 1,
}
