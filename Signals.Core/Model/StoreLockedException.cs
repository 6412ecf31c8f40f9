namespace Signals;

/// <summary>
/// Another process, or this one, has the store open. Only one may hold it at a time. The message names the holder by number, name and
/// machine. Immutable.
/// </summary>
public sealed class StoreLockedException : SignalsException
{
    /// <summary>Creates an error.</summary>
    /// <param name="file">The path of the lock file.</param>
    /// <param name="owner">The process that holds the store, as it wrote it into the lock file.</param>
    public StoreLockedException(string file, string owner)
        : base($"The store is open elsewhere: '{file}' is held by {owner}. Close that process, wait for it with "
            + "SignalStore.OpenAsync and StoreOptions.LockWait, or open another directory.")
    {
        File = file;
        Owner = owner;
    }

    /// <summary>The path of the lock file.</summary>
    public string File { get; }

    /// <summary>The process that holds the store, as it wrote it into the lock file.</summary>
    public string Owner { get; }
}
