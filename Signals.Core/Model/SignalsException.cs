namespace Signals;

/// <summary>The base of the errors that Signals defines itself. Immutable.</summary>
public class SignalsException : Exception
{
    /// <summary>Creates an error.</summary>
    public SignalsException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an error with its cause.</summary>
    public SignalsException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
