namespace Signals;

/// <summary>
/// The lock file of an open store was deleted or replaced, so another process may have opened the store by now. The store that
/// finds this out stops writing. Immutable.
/// </summary>
public sealed class StoreLockLostException : SignalsException
{
    /// <summary>Creates an error.</summary>
    /// <param name="file">The path of the lock file.</param>
    public StoreLockLostException(string file)
        : base(
            $"The lock file '{file}' was deleted or replaced while the store was open: another process may have opened the store. "
            + "This store writes nothing more. Close it, make sure that no other process has the folder, and open it again; "
            + "leave lock files alone.") => File = file;

    /// <summary>The path of the lock file.</summary>
    public string File { get; }
}
