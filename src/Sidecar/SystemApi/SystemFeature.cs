using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.SystemApi;

internal sealed class SystemFeature(SidecarContext context) : ISidecarFeature
{
    public void Map(SidecarRoutes routes)
    {
        _ = context;
    }
}
