namespace Signals.Samples.ConsoleHost.Csv;

/// <summary>What is left of a text that is read from left to right. Every Try and Take moves on only over what it found.</summary>
/// <remarks>Lives while one cell is read, on one thread; allocates nothing.</remarks>
internal ref struct TextCursor(ReadOnlySpan<byte> text)
{
    /// <summary>What was not read yet.</summary>
    public ReadOnlySpan<byte> Rest { get; private set; } = text;

    public void Skip(int bytes) => Rest = Rest[bytes..];

    public readonly bool IsDigit(int index) => index < Rest.Length && char.IsAsciiDigit((char)Rest[index]);

    public readonly bool Peek(char expected) => Rest.Length > 0 && Rest[0] == expected;

    public bool Take(char expected)
    {
        bool isThere = Peek(expected);
        Skip(isThere ? 1 : 0);
        return isThere;
    }

    /// <summary>Whether there were spaces.</summary>
    public bool TakeSpaces()
    {
        int before = Rest.Length;
        Rest = Rest.TrimStart((byte)' ');
        return Rest.Length < before;
    }

    /// <summary>One or two digits.</summary>
    public bool TryShortNumber(out int value) => TryDigits(IsDigit(1) ? 2 : 1, out value);

    public bool TryDigits(int count, out int value)
    {
        value = 0;
        for (int i = 0; i < count; i++)
        {
            if (!IsDigit(i))
            {
                return false;
            }

            value = (value * 10) + (Rest[i] - '0');
        }

        Skip(count);
        return true;
    }

    /// <summary>How many ASCII letters come next.</summary>
    public readonly int Letters()
    {
        int letters = 0;
        while (letters < Rest.Length && char.IsAsciiLetter((char)Rest[letters]))
        {
            letters++;
        }

        return letters;
    }

    /// <summary>Which of the names of three letters comes next, whatever the case; -1 for none.</summary>
    public readonly int Index(ReadOnlySpan<byte> names)
    {
        for (int at = 0; at < names.Length && Rest.Length >= 3; at += 3)
        {
            if (System.Text.Ascii.EqualsIgnoreCase(Rest[..3], names.Slice(at, 3)))
            {
                return at / 3;
            }
        }

        return -1;
    }
}
