namespace Signals.Core.DefinitionVersions;

/// <summary>Who registers a definition.</summary>
internal enum RegistrationOrigin
{
    /// <summary>The program, as it does after each opening.</summary>
    Code,

    /// <summary>A person, once. What code registers after the next opening does not take it back.</summary>
    Operator,

    /// <summary>A log, which keeps the definition.</summary>
    Log,
}
