namespace Signals.Definitions;

/// <summary>What a store does with a stored version of a definition.</summary>
public enum StoredDefinitionState
{
    /// <summary>Reads of the name get it.</summary>
    Active = 0,

    /// <summary>It can be activated.</summary>
    Kept = 1,

    /// <summary>It was the active version when the definition was retired. A rollback serves it again.</summary>
    Retired = 2,

    /// <summary>Only receipts need it.</summary>
    Past = 3,

    /// <summary>It is the candidate that is compared with the active version.</summary>
    Shadow = 4,
}
