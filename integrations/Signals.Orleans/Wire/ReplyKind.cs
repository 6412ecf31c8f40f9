namespace Signals.Orleans.Wire;

/// <summary>What a machine says to a read.</summary>
internal enum ReplyKind : byte
{
    /// <summary>Here is the answer.</summary>
    Served = 0,

    /// <summary>This replica cannot answer now; another one may.</summary>
    NotReady = 1,

    /// <summary>No definition of this name is registered.</summary>
    UnknownDefinition = 2,

    /// <summary>The read asks for something that is not there or does not fit.</summary>
    BadRequest = 3,

    /// <summary>The definition's tenant has used up its quota.</summary>
    TenantRefused = 4,

    /// <summary>The store refused or failed.</summary>
    Failed = 5,
}
