namespace Signals;

/// <summary>
/// An earlier write or sync failed, so the store does not know what the device holds. It refuses writes until it is reopened, and
/// still answers reads.
/// </summary>
/// <param name="firstError">The error that poisoned the store. Later errors are its consequences.</param>
public sealed class StorePoisonedException(Exception firstError) : SignalsException(
    $"The store refuses writes until it is reopened, because an earlier write failed: {firstError.Message}", firstError);
