namespace Signals.Core.Model;

/// <summary>The store is open elsewhere: one process may hold it at a time. Immutable.</summary>
public sealed class StoreLockedException : SignalsException
{
    /// <summary>Creates an error.</summary>
    /// <param name="file">The path of the lock file.</param>
    /// <param name="owner">Who holds it, as written into it.</param>
    public StoreLockedException(string file, string owner)
        : base($"The store is open elsewhere: '{file}' is held by {owner}. Close that process, or open another directory.")
    {
        File = file;
        Owner = owner;
    }

    /// <summary>The path of the lock file.</summary>
    public string File { get; }

    /// <summary>Who holds it, as written into it.</summary>
    public string Owner { get; }
}
