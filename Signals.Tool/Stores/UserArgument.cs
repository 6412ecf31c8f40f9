using Signals.Core.Model;

namespace Signals.Tool.Stores;

/// <summary>Reads a user from the command line, see <see cref="UserReference"/>. Pure.</summary>
internal static class UserArgument
{
    /// <exception cref="UsageException">It names no user, or could mean two.</exception>
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
