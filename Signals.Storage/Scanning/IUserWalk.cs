namespace Signals.Storage.Scanning;

/// <summary>Gives the users of a scan in the order of their ids, each once. Owned by one scan.</summary>
internal interface IUserWalk
{
    /// <summary>The next user, who may turn out to have no rows; false when there is none.</summary>
    /// <exception cref="CorruptionException">A page of a directory is damaged.</exception>
    bool TryNext(ScanUser user);
}
