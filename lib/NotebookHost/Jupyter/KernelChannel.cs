namespace NotebookHost.Jupyter;

/// <summary>The five sockets between a front end and a kernel.</summary>
internal enum KernelChannel
{
    /// <summary>Requests, answered one after another.</summary>
    Shell,

    /// <summary>Requests that do not wait for a running cell: interrupt, shutdown.</summary>
    Control,

    /// <summary>The kernel's questions to the user.</summary>
    Stdin,

    /// <summary>What everybody may see: outputs, and whether the kernel is busy.</summary>
    Iopub,

    /// <summary>Bytes that are sent back at once: the kernel lives.</summary>
    Heartbeat,
}
