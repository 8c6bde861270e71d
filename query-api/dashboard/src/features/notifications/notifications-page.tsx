import { BellRing } from "lucide-react";
import { useAccount } from "@/shared/session/account";
import { Card, Empty, Page } from "@/shared/ui/layout";
import { usePageTitle } from "@/shared/ui/title";
import { ChannelsCard } from "./channels-card";
import { PreferencesCard } from "./preferences-card";
import { ReportsCard } from "./reports-card";

export function NotificationsPage() {
  usePageTitle("Notifications");
  const account = useAccount();
  if (!account.mayManage) {
    return (
      <Page title="Notifications">
        <Card>
          <Empty icon={BellRing} title="Channels are for this team's admins">
            Your own are under Personal, in the menu of accounts above.
          </Empty>
        </Card>
      </Page>
    );
  }
  return (
    <Page
      title="Notifications"
      description={account.isTeam ? `Who hears of alerts of ${account.name}, and how.` : "How you hear of your own alerts."}
    >
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4" key={account.key}>
        <ChannelsCard account={account} />
        <PreferencesCard account={account} />
        <ReportsCard account={account} />
      </div>
    </Page>
  );
}
