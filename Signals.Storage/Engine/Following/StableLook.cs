namespace Signals.Storage.Engine.Following;

/// <summary>
/// Repeats an attempt to read a store that another process changes, until it fits together. An attempt that fails as the one before it
/// did, while the manifest has not changed, met no race but damage.
/// </summary>
/// <remarks>Thread contract: stateless; any thread.</remarks>
internal static class StableLook
{
    private const int MostAttempts = 1000;

    /// <summary>Looks at the manifest and tries, until an attempt says that it is done.</summary>
    /// <param name="look">Looks at the manifest.</param>
    /// <param name="attempt">Whether it is done, and what came out.</param>
    /// <exception cref="SignalsException">What the last attempt failed with.</exception>
    public static T Take<T>(Func<ManifestLook> look, Func<ManifestLook, (bool IsDone, T Result)> attempt)
    {
        ManifestLook? before = null;
        string? failed = null;
        for (int tries = 1; ; tries++)
        {
            ManifestLook? now = null;
            try
            {
                now = look();
                (bool isDone, T result) = attempt(now);
                if (isDone)
                {
                    return result;
                }

                failed = null;
            }
            catch (SignalsException error) when (tries < MostAttempts && !(error.Message == failed && AreSame(before, now)))
            {
                failed = error.Message;
            }

            before = now;
            if (tries >= MostAttempts)
            {
                throw new SignalsException(
                    $"The store changed during each of {MostAttempts} attempts to read it as a whole; try again later.");
            }
        }
    }

    private static bool AreSame(ManifestLook? one, ManifestLook? other) => one?.Number == other?.Number && one?.Length == other?.Length;
}
