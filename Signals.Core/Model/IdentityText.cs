using System.Buffers;
using System.Text;

namespace Signals.Core.Model;

/// <summary>The rule for every text that serves as a key: encoding it as UTF-8 must lose nothing. Pure; any thread.</summary>
internal static class IdentityText
{
    /// <summary>
    /// False when the text has half of a surrogate pair. UTF-8 would replace it, so that two different texts would become one.
    /// </summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out _, out int used) != OperationStatus.Done)
            {
                return false;
            }

            text = text[used..];
        }

        return true;
    }

    /// <exception cref="ArgumentException">The name is null or empty, or has half of a surrogate pair.</exception>
    public static void Require(string name, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(name, parameter);
        if (!IsWellFormed(name))
        {
            throw new ArgumentException("The name has half of a surrogate pair, which UTF-8 cannot hold.", parameter);
        }
    }
}
