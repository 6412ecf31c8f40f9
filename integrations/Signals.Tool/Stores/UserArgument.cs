namespace Signals.Tool.Stores;

/// <summary>Reads a user from the command line, as <see cref="UserReference"/> describes. Pure.</summary>
internal static class UserArgument
{
    /// <exception cref="UsageException">The text names no user, or could mean two users.</exception>
    public static UserId Parse(string text)
    {
        try
        {
            return UserReference.Parse(text);
        }
        catch (FormatException refusal)
        {
            throw new UsageException(refusal.Message);
        }
    }
}
